<?php

$v_major = '0';
$v_minor = '3';
$v_patch = '0';
