<?php

$v_major = '0';
$v_minor = '7';
$v_patch = '0';
