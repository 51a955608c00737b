<?php

$v_major = '0';
$v_minor = '9';
$v_patch = '0';
