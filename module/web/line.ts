/** A line to stand in: so many are inside at once, the others wait for their turn. */
export interface Line {
  /** How many wait. */
  length: () => number
  /** `owner`: who has but a share of it. */
  placeFor: (enter: () => void, owner?: string) => Place
}

export interface Place {
  /** Lets in at once, or when its turn comes. */
  stand: () => void
  /** Done with, or gone before its turn. Also twice. */
  leave: () => void
}

interface Waiting {
  enter: () => void
  owner: string | undefined
}

/** `each`: how many of one owner are inside at once; who comes after them may be let in before. */
export function lineOf(atOnce: number, each = atOnce): Line {
  const line: Waiting[] = []
  const inside: Waiting[] = []

  const mayEnter = ({ owner }: Waiting): boolean =>
    owner === undefined || inside.filter((other) => other.owner === owner).length < each

  const letIn = (): void => {
    while (inside.length < atOnce) {
      const at = line.findIndex(mayEnter)
      const [next] = at < 0 ? [] : line.splice(at, 1)
      if (!next) return
      inside.push(next)
      next.enter()
    }
  }
  return {
    length: () => line.length,
    placeFor: (enter, owner) => {
      const one: Waiting = { enter, owner }
      return {
        stand: () => {
          line.push(one)
          letIn()
        },
        leave: () => {
          without(inside, one)
          without(line, one)
          letIn()
        },
      }
    },
  }
}

function without(all: Waiting[], one: Waiting): void {
  const at = all.indexOf(one)
  if (at >= 0) all.splice(at, 1)
}
