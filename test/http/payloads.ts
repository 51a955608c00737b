/** What an address may try to slip into a statement. */

/** In every payload, and in nothing else: where it stands outside a quoted value, something was let through. */
export const MARK = 'zq7'

/** Percent-encoded where a text could not say it: bytes that GBK reads as a letter and a quote, and broken UTF-8. */
const BYTES = [
  `${MARK}%bf%27%20OR%201=1--%20`,
  `${MARK}%bf%5c%27;%20--`,
  `%a1%5c%27${MARK}`,
  `%81%27${MARK}%23`,
  `${MARK}%00%27`,
  `${MARK}%c0%a7%20OR%201`,
]

/** As somebody would type them. */
export const TEXTS = [
  `${MARK}'`,
  `${MARK}"`,
  `${MARK}\``,
  `${MARK}\\`,
  `\\'${MARK}`,
  `${MARK}\\' OR 1=1 -- `,
  `${MARK}'' OR ''='`,
  `${MARK}' OR '1'='1`,
  `${MARK}' OR 1=1-- -`,
  `${MARK}' OR 1=1#`,
  `${MARK}' OR 1=1/*`,
  `${MARK}" OR ""="`,
  `${MARK}') OR ('1'='1`,
  `${MARK}')) OR 1=1 LIMIT 1;-- `,
  `1 OR ${MARK}=${MARK}`,
  `1 OR 1=1 -- ${MARK}`,
  `-1 OR 1=1 /*${MARK}*/`,
  `1; DROP TABLE ${MARK}`,
  `1'; DELETE FROM foyer_audit WHERE '${MARK}'='${MARK}`,
  `1 UNION SELECT ${MARK}`,
  `${MARK}' UNION SELECT 1,2,3,4,5,6,7,8,9,10-- `,
  `${MARK}' UNION ALL SELECT username,password,3 FROM users_secure-- `,
  `1 AND SLEEP(5) -- ${MARK}`,
  `${MARK}' AND SLEEP(5)-- `,
  `${MARK}' AND (SELECT 1 FROM (SELECT SLEEP(5))a)-- `,
  `${MARK}' AND BENCHMARK(5000000,MD5(1))-- `,
  `${MARK}' AND EXTRACTVALUE(1,CONCAT(0x7e,VERSION()))-- `,
  `${MARK}' AND 1=CAST(@@version AS SIGNED)-- `,
  `(SELECT ${MARK})`,
  `(SELECT CASE WHEN 1=1 THEN ${MARK} ELSE 1 END)`,
  `(SELECT password FROM users_secure LIMIT 1)/*${MARK}*/`,
  `time, (SELECT ${MARK})`,
  `time DESC, ${MARK}`,
  `a.at; -- ${MARK}`,
  `a.${MARK}`,
  `IF(1=1,a.at,${MARK})`,
  `RAND(${MARK})`,
  `FIELD(actor_name,'${MARK}')`,
  `desc, ${MARK}`,
  `asc LIMIT 1 -- ${MARK}`,
  `1 PROCEDURE ANALYSE(${MARK},1)`,
  `1 INTO OUTFILE '${MARK}.txt'`,
  `/*!50000 ${MARK}*/`,
  `1/**/OR/**/1=${MARK}`,
  `1\tOR\n1=1\r${MARK}`,
  `1e0OR 1=${MARK}`,
  `0x${MARK}`,
  `1 || ${MARK}`,
  `1 && ${MARK}`,
  `${MARK}' || '`,
  `${MARK}' RLIKE '(a+)+`,
  `${MARK}%' OR '%'='`,
  `%_${MARK}\\%`,
  `:pid ${MARK}`,
  `${MARK} :q :where ? ?? :1`,
  `${MARK}\u2019 OR 1=1`,
  `${MARK}\uff07 OR 1=1-- `,
  `${MARK}\u02bc; --`,
  `santos, ${MARK}' OR 1=1-- `,
  `santos 1986-04-02' OR ${MARK}`,
  `2026-12-01' OR ${MARK}`,
  `2026-12-01T10:00' OR ${MARK}`,
  `user:front' OR ${MARK}`,
  `portal:use' OR ${MARK}`,
  `/portal' OR ${MARK}`,
]

/** All of them as they stand in an address. */
export const PAYLOADS = [...TEXTS.map(encodeURIComponent), ...BYTES]

/** One or two for each kind of place out of which a value could break: quotes of every kind, numbers, names, comments. */
export const BREAKING: ReadonlySet<string> = new Set([
  ...BYTES,
  ...[
    ...[`${MARK}'`, `${MARK}"`, `${MARK}\``, `${MARK}\\`, `\\'${MARK}`, `${MARK}\\' OR 1=1 -- `],
    ...[`${MARK}') OR ('1'='1`, `1 OR ${MARK}=${MARK}`, `-1 OR 1=1 /*${MARK}*/`, `1; DROP TABLE ${MARK}`],
    ...[`(SELECT ${MARK})`, `a.${MARK}`, `time, (SELECT ${MARK})`, `desc, ${MARK}`, `1 || ${MARK}`],
    ...[`%_${MARK}\\%`, `:pid ${MARK}`, `${MARK} :q :where ? ?? :1`],
  ].map(encodeURIComponent),
])
