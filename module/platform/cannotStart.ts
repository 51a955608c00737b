/** What keeps a command from starting, said in one line for the person at the terminal. Printed without a stack; exit 1. */
export class CannotStart extends Error {
  override name = 'CannotStart'
}
