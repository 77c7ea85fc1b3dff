// The program of the training image: `node main.js train [folder]`. SageMaker gives no folder: it is /opt/ml there.
import { runContainer } from "./container.js";

const [, , command, root = "/opt/ml"] = process.argv;
if (command !== "train") {
  process.stderr.write('This image trains: its command is "train".\n');
  process.exit(2);
}
process.exitCode = await runContainer(root, (line) => process.stdout.write(`${line}\n`));
