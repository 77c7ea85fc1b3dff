import type { Plot } from "../plot.js";

export const lostColour: Plot = {
  titles: [
    "{child} and the Runaway {Colour}",
    "Who Has Seen the {Colour}?",
    "{child}, {name} and the Missing {Colour}",
  ],
  opening: [
    [
      "One [bright|quiet|golden] morning {child} drew a picture, and something in it blinked. It was {a kind}, and its name was {name}. “Hello,” said {name}. “Did you make me? You did it very well.”",
      "A green meadow in the morning, with flowers and butterflies.",
    ],
    [
      "{child} had a pencil, a sheet of paper and a whole free morning. By ten o'clock there was {a kind} on the paper. By five past ten it had a name, and the name was {name}.",
      "A garden in the morning, with flowers and birds.",
    ],
  ],
  wish: [
    [
      "But the next day {name} looked [pale|faded|rather thin]. “My {colour} has run away,” {name} whispered. “I only sneezed, and off it went.” “Then we will find it,” said {child}, and took {name} by the hand.",
      "A meadow in the day, with clouds and a winding path.",
    ],
    [
      "Then, without any warning, the {colour} was gone. {name} looked behind the clouds and under the grass. “It was here a moment ago,” said {name}. “Colours do love to hide,” said {child}. “Let us look for it together.”",
      "Green hills in the day, with clouds and a winding path.",
    ],
  ],
  journey: [
    [
      "First they asked {thing1}. It thought for a long, long while. “I have seen [a green that hopped|a blue that sang|a very small orange],” it said, “but no {colour}. Try the forest. Everything hides in the forest.”",
      "A forest in the day, with birds and mushrooms.",
    ],
    [
      "In the forest it was cool and quiet. {name} found a mushroom, {child} found a feather, and both of them found a snail who was going the same way, only slower.",
      "A deep green forest, with mushrooms and a snail on the path.",
    ],
    [
      "They crossed a stream on [seven|nine] flat stones. On the last one {thing2} was waiting. “I heard a {colour} giggle,” it said, “over there, where the hills begin.”",
      "A lake in the day, with fish and a boat.",
    ],
    [
      "Up and up they climbed, until the houses below were no bigger than buttons. “From here,” said {child}, “we can see every colour there is.” {name} counted them all, twice.",
      "High hills in the day, with a town far below and birds.",
    ],
  ],
  trouble: [
    [
      "Then it began to rain. Drip, drop, splish. Grey clouds rolled over the grey hills, and {name} grew quiet. “What if it never comes back?” {child} held up a big leaf for an umbrella, and there was room for two.",
      "Grey hills in the rain, with dark clouds.",
    ],
    [
      "The sun went down, and in the dusk every colour looked the same. {name} sighed. “I am tired of being pale.” “I like you pale,” said {child}. “I like you in any colour at all.”",
      "Hills in the evening, with a low sun and long clouds.",
    ],
  ],
  rescue: [
    [
      "And what was that, peeping round the end of a rainbow? The {colour}! “I only wanted to see the world,” it said. “But the world is better with you.” {name} laughed, and the {colour} came tumbling home, from top to toe.",
      "A meadow in the day under a big rainbow, with butterflies.",
    ],
    [
      "{child} had an idea. “Think of the [nicest|funniest|warmest] thing you know,” {child} said. {name} thought of this morning, and of having a friend. And slowly, from the inside out, the {colour} came back.",
      "A meadow in the evening, with a rainbow, flowers and hearts.",
    ],
  ],
  ending: [
    [
      "That night {name} shone brighter than the lamp. “Will you draw me again tomorrow?” asked {name}. “Tomorrow,” said {child}, “and the day after tomorrow.” And they both slept soundly, with every colour in its place.",
      "A meadow at night, with stars, a moon and fireflies.",
    ],
    [
      "They walked home by moonlight, hand in hand. The picture went up on the wall, right beside the bed. And if you look closely, you can see {name} smile.",
      "A quiet town at night, with stars and a moon.",
    ],
  ],
};
