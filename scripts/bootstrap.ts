/**
 * `npm run bootstrap -- https://your.address FOLDER`: makes the first workspace of a deployment. Prints SQL for
 * `wrangler d1 execute`, and keeps the sign-in link and the token in FOLDER/credentials.json.
 */
import { mkdirSync } from "node:fs";
import { bootstrapSql, loadOrCreateSecrets, saveCredentials } from "./credentials.ts";

const [url, folder] = process.argv.slice(2);
if (!url || !URL.canParse(url) || !folder) {
  console.error("Say where the deployment is and where to keep its credentials: npm run bootstrap -- https://… FOLDER");
  process.exit(1);
}
mkdirSync(folder, { recursive: true, mode: 0o700 });
const secrets = loadOrCreateSecrets(folder);
saveCredentials(folder, new URL(url).origin, secrets);
console.log(bootstrapSql(secrets, Date.now()));
