<?php

$v_major = '0';
$v_minor = '4';
$v_patch = '0';
