<?php

$v_major = '0';
$v_minor = '11';
$v_patch = '0';
