import { column, key, type Step } from './step.js'

const file = '0044-chart-homes'

/**
 * By where somebody lives a chart is found too: a hash of street and postal code (host/homes.ts). NULL: one of them is
 * missing, or the job that keeps the keys has not come to it yet.
 */
export const chartHomes: readonly Step[] = [
  column(file, 'chart_keys', 'home_key', 'CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL'),
  key(file, 'chart_keys', 'home', 'home_key'),
]
