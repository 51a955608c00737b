/**
 * So many pieces of work at once, the others in line.
 * `slots(2)` gives `slot(work)`, which runs the work as soon as one of the two is free and answers as it does.
 */
export function slots(count) {
  let free = count
  const line = []

  return async function slot(work) {
    if (free === 0) await new Promise((resolve) => line.push(resolve))
    else free -= 1
    try {
      return await work()
    } finally {
      const next = line.shift()
      if (next) next()
      else free += 1
    }
  }
}
