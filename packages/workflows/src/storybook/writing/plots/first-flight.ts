import type { Plot } from "../plot.js";

export const firstFlight: Plot = {
  titles: ["{name} Wants to Fly", "{child} and the Day {name} Flew", "Up, Up, {name}!"],
  opening: [
    [
      "On a [windy|sunny] hill lived {a kind} called {name}. {child} had drawn it there, with the [best|longest|softest] crayon in the box, and so of course they were friends.",
      "A green hill in the morning, with flowers and clouds.",
    ],
    [
      "This is {name}. {Name} is {a kind}, and lives on a sheet of paper. And this is {child}, who lives all around the paper. They have breakfast together every day.",
      "A garden in the morning, with flowers and butterflies.",
    ],
  ],
  wish: [
    [
      "{name} looked up at the birds. “I want to do that,” said {name}. “You have no wings,” said {child}. “No,” said {name}, “but I have you.” And that, they agreed, was [nearly|almost] as good.",
      "A meadow in the day, with birds and clouds.",
    ],
    [
      "Every day the clouds went by, and every day {name} waved. “Where do they go?” asked {name}. “Nobody knows,” said {child}. “Somebody should fly up and ask.” {Name} jumped. “Me!”",
      "Hills in the day, with big clouds and birds.",
    ],
  ],
  journey: [
    [
      "First they tried balloons. One, two, three, and {name} rose as high as a daisy. Four, five, six, and {name} rose as high as {thing1}. Then came a bee. Pop! “That was a good start,” said {child}.",
      "A meadow in the day, with balloons and flowers.",
    ],
    [
      "Next they tried a kite with a [striped|spotted|{colour}] tail. The wind pulled to the left, the wind pulled to the right, and then the wind had to go home for lunch. {name} sat in the grass and giggled.",
      "A hill in the day, with a kite and clouds.",
    ],
    [
      "“Have you tried jumping?” asked {thing2}. So they jumped. They jumped on the grass, they jumped on the bed, and they jumped over the snail, who did not mind. But jumping always ended in the same place: down.",
      "A garden in the day, with a snail and flowers.",
    ],
    [
      "They asked {thing1} how flying is done. “You must be light,” it said, “and you must not look at your feet.” {name} practised all afternoon not to look.",
      "A forest in the day, with birds and mushrooms.",
    ],
  ],
  trouble: [
    [
      "Then the sky turned dark, and a big wind came over the hill. It shook the trees and it shook the fence. “Hold on!” called {child}, and held {name} tight until the wind was out of breath.",
      "Grey hills in the rain, with dark clouds.",
    ],
    [
      "Evening came. {name} looked at the ground. “Perhaps some of us are made for staying down here.” {child} thought about that. “Perhaps,” {child} said, “we have only tried the wrong things.”",
      "Hills in the evening, with a low sun.",
    ],
  ],
  rescue: [
    [
      "{child} took the sheet of paper and folded it, once, twice, and once more. Now it had a nose and two wings. “Ready?” “Ready!” And whoosh, {name} flew, over the {colour} flowers, over {thing1}, right up to the clouds.",
      "The sky in the day, high above the hills, with clouds and birds.",
    ],
    [
      "“Close your eyes,” said {child}, and lifted {name} up, high over the grass, and ran. The wind whistled, the meadow rushed by. “I am flying!” cried {name}. And so it was.",
      "A wide meadow in the day, with birds, a kite and clouds.",
    ],
  ],
  ending: [
    [
      "“What did the clouds say?” asked {child} at bedtime. {name} yawned. “They said that they only go round in a circle, because they like it here.” And outside, very softly, a cloud went by.",
      "A meadow at night, with clouds, stars and a moon.",
    ],
    [
      "When the stars came out, two friends lay in the grass and looked at them. “Tomorrow,” whispered {name}, “the moon.” “Tomorrow,” whispered {child}, “breakfast first.”",
      "A hill at night, with stars, a moon and fireflies.",
    ],
  ],
};
