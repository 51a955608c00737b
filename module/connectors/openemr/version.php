<?php

$v_major = '0';
$v_minor = '6';
$v_patch = '0';
