<?php

$v_major = '0';
$v_minor = '2';
$v_patch = '0';
