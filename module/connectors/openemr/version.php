<?php

$v_major = '0';
$v_minor = '10';
$v_patch = '0';
