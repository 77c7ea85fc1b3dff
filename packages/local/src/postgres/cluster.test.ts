import { expect, it } from "vitest";
import { checkSharedMemory, reasonIn } from "./cluster.js";

const noMemory =
  'could not resize shared memory segment "/PostgreSQL.2716193480" to 1048576 bytes: No space left on device';
const noRoom = 'could not write to file "pg_wal/xlogtemp.29": No space left on device';

it("tells a /dev/shm that is too small from a full disk", () => {
  expect(() => checkSharedMemory(`LOG:  starting\nFATAL:  ${noMemory}\n`)).toThrow("/dev/shm is full");
  expect(() => checkSharedMemory(`PANIC:  ${noRoom}\n`)).not.toThrow();
});

it("finds why a program of Postgres ended", () => {
  expect(reasonIn(`LOG:  starting\nPANIC:  ${noRoom}\nLOG:  shut down\n`)).toBe(noRoom);
  expect(reasonIn('initdb: error: program "postgres" is needed\ninitdb: removing\n')).toBe(
    'program "postgres" is needed',
  );
  expect(reasonIn("one\nthe last line\n")).toBe("the last line");
  expect(reasonIn("")).toBe("no reason given");
});
