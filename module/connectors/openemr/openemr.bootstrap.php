<?php

/**
 * Foyer inside OpenEMR: one entry in the Modules menu, for who holds the right Patient Portal, while Foyer is on.
 * OpenEMR includes this file on every request while the module is enabled; it must therefore never fail.
 */

use OpenEMR\Menu\MenuEvent;

/** Foyer's public address and whether it is on, from its own table; null where it is not installed. */
function foyerState(): ?array
{
    if (!sqlQuery("SHOW TABLES LIKE 'foyer_state'")) {
        return null;
    }
    $state = ['enabled' => '0', 'address' => ''];
    $rows = sqlStatement("SELECT name, value FROM foyer_state WHERE name IN ('enabled', 'address')");
    while ($row = sqlFetchArray($rows)) {
        $state[$row['name']] = $row['value'];
    }
    return $state;
}

function foyerMenu(MenuEvent $event): MenuEvent
{
    $state = foyerState();
    if ($state === null || $state['enabled'] !== '1' || $state['address'] === '') {
        return $event;
    }
    $entry = new stdClass();
    $entry->label = xlt('Portal Dashboard');
    $entry->menu_id = 'foyer0';
    $entry->target = 'foyer';
    $entry->url = '/interface/modules/custom_modules/foyer/public/dashboard.php';
    $entry->children = [];
    $entry->requirement = 0;
    $entry->acl_req = ['patientportal', 'portal'];
    $entry->global_req = [];

    $menu = $event->getMenu();
    foreach ($menu as $item) {
        if ($item->menu_id === 'modimg') {
            $item->children[] = $entry;
            break;
        }
    }
    $event->setMenu($menu);
    return $event;
}

$eventDispatcher->addListener(MenuEvent::MENU_UPDATE, 'foyerMenu');
