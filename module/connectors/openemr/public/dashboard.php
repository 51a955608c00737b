<?php

/**
 * Leads from OpenEMR's menu to Foyer's Portal Dashboard. globals.php sees to the sign-in, the site and the time-out;
 * the right is asked for again, since an address can be typed.
 */

require_once __DIR__ . '/../../../../globals.php';

use OpenEMR\Common\Acl\AclMain;

if (!AclMain::aclCheckCore('patientportal', 'portal')) {
    http_response_code(403);
    echo xlt('Not authorized');
    exit;
}

$state = foyerState();
$address = rtrim($state['address'] ?? '', '/');
if ($state === null || $state['enabled'] !== '1' || !preg_match('#^https?://[^\s]+$#', $address)) {
    http_response_code(404);
    echo xlt('The portal is switched off');
    exit;
}

header('Location: ' . $address . '/staff/portal');
