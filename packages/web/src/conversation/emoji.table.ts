import { hindiWords } from './emoji.words.hi.js';

/** Emoji that people use, with words to find them by. A group is a line of `emoji word word|emoji word`. */
const groups = [
  '😀 grin happy|😄 smile happy|😁 beam|😂 joy tears laugh|🤣 rofl laugh|😅 sweat relief|😊 blush|🙂 slight smile|😉 wink|😍 heart eyes love|😘 kiss|🥰 adore love|😋 yum tasty|😜 tease tongue|🤪 silly|😎 cool sunglasses|🤓 nerd|🥳 party celebrate|🤗 hug|🤔 think hmm|🤨 doubt|😐 neutral|🙄 eyeroll|😬 grimace|😴 sleep tired|😌 calm relieved|😷 mask sick|🤒 ill fever|🤯 mind blown|😳 flushed|🥺 plead please|😢 cry sad|😭 sob cry|😤 huff|😡 angry|😱 scream shock|😰 anxious|🫠 melt|🙃 upside down|😇 angel',
  '👍 thumbs up yes|👎 thumbs down no|👏 clap|🙌 hooray hands|🙏 thanks pray namaste|🤝 handshake deal|👋 wave hello bye|✌️ peace victory|🤞 fingers crossed luck|👌 ok|💪 strong muscle|🫶 heart hands|👀 eyes look|🧠 brain|👶 baby|🧑‍💻 coder work|🤷 shrug|🤦 facepalm|🙋 raise hand|🚶 walk',
  '❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|✨ sparkles|⭐ star|🔥 fire hot|💯 hundred|✅ done check|❌ no cross|❓ question|❗ important|💤 sleep|💬 talk|🎉 party tada|🎂 cake birthday',
  '🐶 dog|🐱 cat|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🐵 monkey|🦄 unicorn|🐝 bee|🦋 butterfly|🌸 blossom flower|🌻 sunflower|🌳 tree|🌈 rainbow|☀️ sun|🌙 moon|⛅ cloud|🌧️ rain|❄️ snow|🌊 wave sea',
  '☕ coffee|🍵 tea chai|🍺 beer|🍷 wine|🍎 apple|🥭 mango|🍌 banana|🍓 strawberry|🥑 avocado|🍞 bread|🧀 cheese|🍕 pizza|🍔 burger|🌮 taco|🍜 noodles|🍛 curry rice|🍣 sushi|🍫 chocolate|🍪 cookie|🍦 ice cream',
  '🚗 car|🚆 train|✈️ plane flight|🚀 rocket ship|🚲 bike|🏠 home house|🏢 office|⏰ alarm time|📅 calendar date|📌 pin|📎 clip|✏️ pencil|📝 note|💡 idea light|🔑 key|🔒 lock|💻 laptop|📱 phone|🎧 music headphones|🎮 game|⚽ football|🏏 cricket|🏆 trophy win|🎁 gift|💰 money|🛒 cart shop|🧪 test|🐛 bug',
];

/** One emoji, what it is called, and every word that finds it. */
export interface Emoji {
  sign: string;
  name: string;
  words: readonly string[];
}

const english = groups.map((line) =>
  line.split('|').map((entry) => {
    const [sign = '', ...words] = entry.split(' ');
    return { sign, words: words.join(' ') };
  }),
);
/** The languages other than English in which emoji have names, in the order of the table. */
const names: Partial<Record<string, readonly (readonly string[])[]>> = { hi: hindiWords };

/** All of them, in groups that belong together; English words find them in every language. */
export function emojiIn(language: string): readonly (readonly Emoji[])[] {
  const own = names[language];
  return english.map((group, row) =>
    group.map(({ sign, words }, column) => {
      const name = own?.[row]?.[column] ?? words;
      return { sign, name, words: `${name} ${words}`.split(' ') };
    }),
  );
}
