import type { Plot } from "../plot.js";

export const littleParade: Plot = {
  titles: ["The Very Small Parade", "{child} and the Little Parade", "{name} Makes a Noise"],
  opening: [
    [
      "{a kind}, no taller than a thumb, stepped out of {child}'s drawing and looked around. “It is quiet here,” it said. “My name is {name}. Is it always so quiet?”",
      "A garden in the morning, with flowers and a winding path.",
    ],
    [
      "{child} had just put down the last crayon when the drawing said, “Ahem.” It was {name}, {a kind} in the middle of the page. “Pardon me,” said {name}, “but where is the music?”",
      "A meadow in the morning, with butterflies and flowers.",
    ],
  ],
  wish: [
    [
      "“There should be a parade,” said {name}. “With drums.” “We have no drums,” said {child}. They looked at each other. Then they looked at the pots and pans.",
      "A town in the day, with balloons and clouds.",
    ],
    [
      "{name} had never seen a parade, but had heard that there was walking in it, and waving. “I can walk,” said {name}. “I can wave,” said {child}. And that is how it began, with two.",
      "A town in the day, with a winding path and birds.",
    ],
  ],
  journey: [
    [
      "Boom, boom, went {child}. Ting, ting, went {name}. Down by the pond {thing1} looked up. “May I come too?” “What can you do?” “I can hum.” So then they were three: boom, ting and hum.",
      "A lake in the day, with fish, birds and music.",
    ],
    [
      "At the corner they met {thing2}, who had been feeling rather left out. “We need somebody to carry the {colour} flag,” said {child}. It had never been so proud in all its life.",
      "A town in the day, with balloons, flags and music.",
    ],
    [
      "Into the forest they marched. The birds joined in at the top, the mushrooms swayed at the bottom, and a snail joined in at the very end. By the time it had caught up, the song was over. “Again!” said the snail.",
      "A forest in the day, with birds, mushrooms, a snail and music.",
    ],
    [
      "Up the hill they marched and down the other side. {name} waved to the left and {child} waved to the right, and the clouds, who had nothing else to do, waved back.",
      "Hills in the day, with clouds, flags and music.",
    ],
  ],
  trouble: [
    [
      "Plip. Plop. Down came the rain, and the drum went soggy. Everyone stood still. “Is it over?” asked {name}. {child} listened. Plip, plop, plippety plop. “No,” said {child}. “That is the best drummer of them all.”",
      "A town in the rain, with dark clouds.",
    ],
    [
      "Then somebody called from a window, “Shh! The baby is asleep!” The whole parade stood on tiptoe. {name} thought hard. “We could be,” {name} whispered, “the quietest parade in the world.”",
      "A town in the evening, with a low sun.",
    ],
  ],
  rescue: [
    [
      "And so they marched on, and at every door somebody came out to see. The baker came, and the postman, and a lady with two cats. Soon the very small parade was the longest that the town had ever had, with {name} in front.",
      "A town in the evening, with balloons, flags and music.",
    ],
    [
      "{name} began to hum, and {child} began to hum, and then the whole street hummed, softly, like one big friendly bee. It was the loveliest noise that {name} had ever heard, and it was made of everybody.",
      "A town in the evening, with lanterns, music and hearts.",
    ],
  ],
  ending: [
    [
      "When the moon came up, the parade went home, one by one. “Same time tomorrow?” asked {name}, and crept back into the paper. And if you put your ear to it at night, you can hear it: ting, ting, ting.",
      "A town at night, with stars, a moon and lanterns.",
    ],
    [
      "“Now it is quiet again,” said {name} under the blanket. “It is,” said {child}. “But it is a different quiet.” It was the kind of quiet that has had a very good day.",
      "A garden at night, with stars, a moon and fireflies.",
    ],
  ],
};
