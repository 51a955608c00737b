<?php

$v_major = '0';
$v_minor = '1';
$v_patch = '0';
