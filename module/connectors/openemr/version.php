<?php

$v_major = '0';
$v_minor = '8';
$v_patch = '1';
