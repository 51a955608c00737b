import { table, type Step } from './step.js'

const file = '0015-public-booking'

/**
 * What somebody without an account asked for, until they open the link that was sent to them (foyer_links, purpose
 * 'book'): no time is held by it. Then it has an account, and an event in the host's calendar. `registered_at`: its
 * person was handed on to the registrations.
 */
export const publicBooking: readonly Step[] = [
  table(
    file,
    'booking_wishes',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    link_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    email VARCHAR(255) NOT NULL,
    language VARCHAR(8) NOT NULL,
    first_name VARCHAR(255) NOT NULL,
    last_name VARCHAR(255) NOT NULL,
    born DATE NOT NULL,
    phone VARCHAR(40) NOT NULL,
    reason TEXT NOT NULL,
    provider_id BIGINT NOT NULL,
    category_id INT NOT NULL,
    day DATE NOT NULL,
    start_time TIME NOT NULL,
    created_at DATETIME(3) NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    pc_eid BIGINT NULL,
    password_link CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    made_at DATETIME(3) NULL,
    registered_at DATETIME(3) NULL,
    UNIQUE KEY link (link_id),
    KEY age (created_at),
    CONSTRAINT foyer_booking_wishes_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id)`,
  ),
]
