import type { TestPractice, SignInName } from './practice.js'

/** Meanwhile the account opens no chart of its holder's: what it enters of itself lies in its own record. */
export async function withoutChart<Result>(
  practice: TestPractice,
  name: SignInName,
  work: () => Promise<Result>,
): Promise<Result> {
  await closeChart(practice, name)
  try {
    return await work()
  } finally {
    await since(practice, name, '2026-01-01')
  }
}

/** From now on, and until the test is over. */
export async function closeChart(practice: TestPractice, name: SignInName): Promise<void> {
  await since(practice, name, '2099-01-01')
}

async function since({ accounts, db, patients }: TestPractice, name: SignInName, day: string): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_grants SET valid_from = :day WHERE account_id = :id AND pid = :pid AND relationship = 'self'`,
      {
        ...{ day, id: accounts[name], pid: patients[name] },
      },
    ),
  )
}
