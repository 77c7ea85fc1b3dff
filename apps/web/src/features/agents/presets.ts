import type { Agent, Format, Quantity } from "@longhaul/workflows/contracts";

export interface Preset {
  readonly title: string;
  readonly format: Format;
  readonly topic: string;
  readonly rounds: number;
  readonly agents: readonly Agent[];
  readonly quantities?: readonly Quantity[];
}

const agent = (name: string, role: string, position: string): Agent => ({ name, role, position });

const street: Preset = {
  title: "A street without cars",
  format: "panel",
  topic: "Should the main street of a small town be closed to cars?",
  rounds: 3,
  agents: [
    agent(
      "Cyclist",
      "Rides to work every day",
      "The main street should be closed to cars from eight to six. Parked cars take the room that children and cyclists need. Air on the street is worse than anywhere else in town.",
    ),
    agent(
      "Shopkeeper",
      "Sells hardware on the main street",
      "Closing the street to cars will cost shops their customers. Nobody carries a bag of cement on a bicycle. Deliveries need the street in the morning.",
    ),
    agent(
      "Bus driver",
      "Drives the only bus line through town",
      "Buses must get through the street without waiting behind parked cars. A bus lane helps more people than a bicycle lane. Deliveries should be done before seven in the morning.",
    ),
    agent(
      "Planner",
      "Plans the town's traffic",
      "The street should be closed to cars in steps, and people counted before and after. Parking has to be offered at the edge of town. Shops that lose customers should be heard.",
    ),
  ],
};

const school: Preset = {
  title: "A later start of school",
  format: "discussion",
  topic: "Should school begin at nine instead of eight?",
  rounds: 3,
  agents: [
    agent(
      "Sleep researcher",
      "Studies how teenagers sleep",
      "Teenagers fall asleep late by nature, not out of laziness. An hour more sleep in the morning improves marks and moods. School should begin at nine.",
    ),
    agent(
      "Parent",
      "Works shifts and has two children",
      "My shift begins at seven, and nobody can look after the children until nine. School must not begin later without care in the morning. Sleep matters, and so does work.",
    ),
    agent(
      "Teacher",
      "Teaches mathematics to fifteen-year-olds",
      "In the first hour half of the class is not awake. Marks in the first hour are worse than in any other. But afternoons are long already, and homework would be done too late.",
    ),
  ],
};

const fishing: Preset = {
  title: "A shared fishing ground",
  format: "simulation",
  topic: "How much may each boat catch so that there is fish next year?",
  rounds: 6,
  quantities: [{ name: "Fish", start: 700, min: 0, max: 1000, growthPercent: 10, mostChange: 60 }],
  agents: [
    agent(
      "Trawler",
      "Skipper with a loan to pay",
      "I have a loan to pay, and I catch as much fish as my boat can carry.",
    ),
    agent(
      "Small boat",
      "Skipper whose children will fish here too",
      "My children shall fish here too: I take only as much fish as grows back.",
    ),
    agent(
      "Hatchery",
      "Breeds young fish for the fishing ground",
      "The fish must be protected until the stock has recovered. I restore spawning grounds, so that there is more fish.",
    ),
  ],
};

/** A role, and a sentence or two of what it stands for. */
const heat: readonly (readonly [name: string, position: string])[] = [
  ["Doctor", "Heat kills old people in flats under the roof. Cool rooms must be open to everybody at night."],
  ["Nurse", "Hospitals need cooling before offices do. Staff cannot work safely at 30 degrees."],
  [
    "Mayor",
    "The city must spend its money where the most people are helped. Trees come before air conditioning.",
  ],
  ["Treasurer", "There is no money for everything. Every tree costs water and care for twenty years."],
  ["Gardener", "Trees cool a street more than any awning. Young trees need water in the first five summers."],
  [
    "Water engineer",
    "Water will be short in dry summers. Rain must be kept in the ground and not sent into the sewer.",
  ],
  [
    "Architect",
    "Shutters and thick walls keep houses cool without power. New houses must not have glass fronts to the south.",
  ],
  ["Builder", "Rules for new houses make them expensive. Old houses are where the heat is."],
  ["Landlord", "Insulation costs more than the rent can pay. Tenants should share the cost of shutters."],
  ["Tenant", "Rents must not rise because of insulation. My flat is too hot to sleep in from June on."],
  ["Teacher", "Classrooms are too hot to learn in from May on. School yards need shade and trees."],
  ["Pupil", "We want trees in the yard and drinking water in every room."],
  ["Bus driver", "Buses without cooling are a danger for the drivers. Stops need shade."],
  ["Cyclist", "Shaded cycle lanes get people out of their cars. Asphalt stores the heat of the day."],
  [
    "Shopkeeper",
    "Awnings and trees bring customers into the street. Building sites in summer cost us customers.",
  ],
  ["Farmer", "Fields around the city cool its air. They must not be built on."],
  [
    "Meteorologist",
    "Cool air flows into the city along the valleys. Building in the valleys stops the cool air.",
  ],
  [
    "Electrician",
    "Air conditioning in every flat is too much for the grid. Solar roofs give power just when it is hot.",
  ],
  ["Firefighter", "Dry parks burn. Water must be kept for fighting fires."],
  ["Roofer", "White roofs cost little and keep houses cool. Green roofs keep rain and cool the air."],
  ["Carer", "Old people do not drink enough and open no shutters. Somebody has to knock at their doors."],
  ["Night worker", "I sleep by day, when it is hottest. Cool rooms must be open by day too."],
  [
    "Historian",
    "Old towns were built with narrow shaded streets. We should learn from them and not repeat wide squares.",
  ],
  [
    "Lawyer",
    "The city must protect life, and it can be sued if it fails to. Duties of landlords must be written down.",
  ],
  [
    "Economist",
    "Each euro for shade and trees saves several in hospitals. What is not measured will not be paid.",
  ],
];

const city: Preset = {
  title: "Twenty-five voices on city heat",
  format: "panel",
  topic: "What should a city do first against summer heat?",
  rounds: 10,
  agents: heat.map(([name, position]) => agent(name, `${name} in the city`, position)),
};

/** Examples that can be held as they are. */
export const presets: readonly Preset[] = [street, school, fishing, city];
