<?php

$v_major = '0';
$v_minor = '5';
$v_patch = '0';
