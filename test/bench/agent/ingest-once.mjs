/** `ingest-once.mjs FOLDER DATA`: a fresh agent's first scan of a folder, from the start of the process; prints files and most MiB. */
import { aPipeline } from './a-pipeline.mjs';
import { treeMib } from './processes.mjs';

const [folder, data] = process.argv.slice(2);
let mib = 0;
const looking = setInterval(() => {
  mib = Math.max(mib, treeMib(process.pid));
}, 100);
const agent = aPipeline(folder, data);
const { catalogued } = await agent.scan();
clearInterval(looking);
await agent.close();
process.stdout.write(JSON.stringify({ catalogued, mib }));
