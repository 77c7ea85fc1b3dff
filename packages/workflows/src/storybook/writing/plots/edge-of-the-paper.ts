import type { Plot } from "../plot.js";

export const edgeOfThePaper: Plot = {
  titles: ["Beyond the Edge of the Paper", "{child} and {name} Go to Sea", "The Paper Boat"],
  opening: [
    [
      "{name} was {a kind}, and {name} lived in a picture that {child} had made. It was a good picture. It had {thing1}, it had plenty of {colour}, and it had an edge all the way round.",
      "A beach in the morning, with birds and clouds.",
    ],
    [
      "Once there was a picture, and in the picture lived {name}, {a kind} with a [curious|brave|merry] heart. {child} had drawn it on a Sunday, and Sunday drawings are the ones that wake up.",
      "A meadow by the sea in the morning, with flowers.",
    ],
  ],
  wish: [
    [
      "“What is over there?” asked {name}, and pointed past the edge. “More,” said {child}. “More what?” {child} smiled and folded a boat out of newspaper. “Let us go and see.”",
      "A beach in the day, with a boat and birds.",
    ],
    [
      "One day {name} walked to the very end of the paper and looked over. There was water as far as one could see, and it smelled of adventure. “I will need a boat,” said {name}. “And a captain,” said {child}.",
      "The sea in the day, with a boat and clouds.",
    ],
  ],
  journey: [
    [
      "They sailed for an hour, or perhaps for a week. {name} was the lookout. “I see a wave!” called {name}. “I see another wave! I see its [cousin|grandmother|brother]!”",
      "The sea in the day, with a boat, waves and fish.",
    ],
    [
      "On the first island lived {thing1}. “Nobody ever visits,” it said, and gave them [a shell|a song|half a pear] for the journey. They promised to come back, and they meant it.",
      "An island in the day, with palm trees and birds.",
    ],
    [
      "A whale came up beside them, as big as a house and as gentle as a cow. “Follow the {colour} fish,” said the whale, “they know all the good places.” And so they did.",
      "The deep sea in the day, with fish and waves.",
    ],
    [
      "On the second island everything was upside down. The trees stood on their heads, and {thing2} said goodbye when they came and hello when they left.",
      "An island in the day, with palm trees and balloons.",
    ],
  ],
  trouble: [
    [
      "Then the fog came, as white as paper. There was no up and no down, no here and no there. “I cannot see the way,” said {name} in a small voice. “I cannot either,” said {child}. “But I can see you.”",
      "The sea on a grey foggy evening, with a boat and clouds.",
    ],
    [
      "The wind woke up in a bad mood. It blew the waves into hills, and the little boat went up and down, up and down. {child} sang the loudest song of all, and {name} sang along, until the wind was curious and stopped to listen.",
      "A dark sea in the rain, with a boat and waves.",
    ],
  ],
  rescue: [
    [
      "One star came out, then two, then all of them. They made a path on the water, as bright as a street. “That is the way,” said {child}. And {name}, who shone a little too, stood at the front and lit the last part.",
      "The sea at night, with a boat, stars and a moon.",
    ],
    [
      "What was beyond the edge? Another picture! And in it lived somebody who waved. “I always wondered,” the somebody called, “who lived on the other side.” They shared a cake with {colour} icing, and it was very good.",
      "A beach in the evening, with balloons, hearts and palm trees.",
    ],
  ],
  ending: [
    [
      "They were home before the milk was cold. {name} climbed back into the picture and sat down beside the edge. It did not look like an end any more. It looked like a door.",
      "A beach at night, with stars, a moon and a boat.",
    ],
    [
      "“Was it far?” asked {thing1}, when they were home again. “Very far,” said {name}, “and very near.” Then the lamp went out, and the little boat rocked them both to sleep.",
      "The quiet sea at night, with a boat, stars and a moon.",
    ],
  ],
};
