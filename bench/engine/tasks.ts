import { cpuOfTree } from "../product/cpu.js";
import { type Figures, measure, type Phases } from "./measure.js";
import { fillDistributedMap, type MapFigures, type MapInput } from "./parts/distributed-map-child.js";
import { countEvents, type EventFigures, type EventInput } from "./parts/events-child.js";
import { type FloorFigures, floor } from "./parts/floor-child.js";
import {
  fallAsleep,
  type SleepFigures,
  type SleepInput,
  wake,
  type WakeFigures,
} from "./parts/sleepers-child.js";
import { inFlight, type Place, type SubjectModule } from "./subject.js";
import { type SubjectName, subjects } from "./subjects.js";

interface Measured {
  subject: SubjectName;
  place: Place;
  phases: Phases;
}
interface Survived {
  subject: SubjectName;
  place: Place;
  resumed: boolean;
}

/** What a child process can be sent to do: input and result of each task. */
export interface Task {
  measure: [input: Measured, result: Figures];
  survive: [input: Survived, result: null];
  fallAsleep: [input: SleepInput, result: SleepFigures];
  wake: [input: SleepInput, result: WakeFigures];
  events: [input: EventInput, result: EventFigures];
  map: [input: MapInput, result: MapFigures];
  floor: [input: { directory: string; ms: number }, result: FloorFigures];
}

export const tasks: {
  [N in keyof Task]: (input: Task[N][0], began: () => void) => Promise<Task[N][1]>;
} = {
  async measure({ subject, place, phases }) {
    const opened = await (await load(subject)).open(place);
    const figures = await measure(opened, phases, inFlight, () => cpuOfTree(place.pid));
    await opened.close();
    return figures;
  },
  async survive({ subject, place, resumed }, began) {
    const { survive } = await load(subject);
    if (survive === undefined) throw new Error(`${subject} cannot be killed`);
    await survive(place, resumed, began);
    return null;
  },
  fallAsleep,
  wake,
  events: countEvents,
  map: fillDistributedMap,
  floor,
};

const load = (subject: SubjectName): Promise<SubjectModule> => subjects[subject].load();
