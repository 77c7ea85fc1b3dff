// npm run plan -- <plan> [e-mail]: what a bill does in production, on this machine. Members cannot change their plan.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { readSettings, root } from "./settings.mjs";

const plans = ["free", "team", "business"];
const usage = `npm run plan -- <${plans.join(" | ")}> [e-mail of an owner, by default demo@longhaul.local]`;

class PlanError extends Error {}

/** The database of `npm start`, by the password that its first start made. */
function connect({ dataDir }) {
  const file = path.join(dataDir, "postgres", "passwords.json");
  let password;
  try {
    password = JSON.parse(readFileSync(file, "utf8")).postgres;
  } catch {
    throw new PlanError(`${file} cannot be read: run npm start first, with the same LONGHAUL_DATA_DIR.`);
  }
  const postgres = createRequire(path.join(root, "packages/db/package.json"))("postgres");
  const port = Number(process.env.LONGHAUL_DATABASE_PORT ?? 54322);
  return postgres({ host: "127.0.0.1", port, database: "postgres", user: "postgres", password, max: 1 });
}

async function setPlan(plan, email) {
  const sql = connect(readSettings());
  try {
    const changed = await sql`
      update longhaul.organisations o set plan = ${plan}
      from longhaul.memberships m join auth.users u on u.id = m.user_id
      where m.organisation_id = o.id and m.role = 'owner' and lower(u.email) = lower(${email})
      returning o.name`;
    if (changed.length === 0) throw new PlanError(`${email} owns no organisation here.`);
    for (const { name } of changed) console.log(`${name} has the plan ${plan}.`);
  } catch (error) {
    if (error.code === "ECONNREFUSED") throw new PlanError("Postgres does not answer: run npm start first.");
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const [plan, email = "demo@longhaul.local", ...more] = process.argv.slice(2);
if (!plans.includes(plan) || more.length > 0) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await setPlan(plan, email).catch((error) => {
    console.error(error instanceof PlanError ? error.message : error);
    process.exitCode = 1;
  });
}
