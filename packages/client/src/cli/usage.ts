/** The command cannot be carried out as it stands. */
export class UsageError extends Error {}

export const usage = `longhaul: start and follow runs

  longhaul workflows                          what can be started
  longhaul runs start <workflow> [input]      input as JSON, @file, or - for standard input
      --wait  --key <idempotency key>  --priority <p>  --tag <t>  --not-before <time>
  longhaul runs list                          --workflow <w>  --status <s>  --tag <t>  --search <text>  --limit <n>
  longhaul runs get <run id>
  longhaul runs watch <run id>                each event as it happens; --after <number>
  longhaul runs cancel <run id>
  longhaul runs retry <run id>                --wait
  longhaul runs rerun <run id>                --wait  --from <step>
  longhaul token                              the access token, for curl

  --url <address> or LONGHAUL_URL             the API, by default http://127.0.0.1:3000
  --token <token> or LONGHAUL_TOKEN           who asks; or LONGHAUL_EMAIL and LONGHAUL_PASSWORD
  --json                                      answers for programs, one JSON value a line

Ends with 0 when all went well (with --wait and watch: the run has succeeded), 1 when the run has failed or took
too long, 2 when the command is wrong, 3 when the run was cancelled, 4 when the API refused or cannot be reached.
`;

export const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 3, refused: 4 } as const;
