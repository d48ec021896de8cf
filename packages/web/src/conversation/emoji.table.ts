/** Emoji that people use, with words to find them by. A group is a line of `emoji word word|emoji word`. */
const groups = [
  '😀 grin happy|😄 smile happy|😁 beam|😂 joy tears laugh|🤣 rofl laugh|😅 sweat relief|😊 blush|🙂 slight smile|😉 wink|😍 heart eyes love|😘 kiss|🥰 adore love|😋 yum tasty|😜 tease tongue|🤪 silly|😎 cool sunglasses|🤓 nerd|🥳 party celebrate|🤗 hug|🤔 think hmm|🤨 doubt|😐 neutral|🙄 eyeroll|😬 grimace|😴 sleep tired|😌 calm relieved|😷 mask sick|🤒 ill fever|🤯 mind blown|😳 flushed|🥺 plead please|😢 cry sad|😭 sob cry|😤 huff|😡 angry|😱 scream shock|😰 anxious|🫠 melt|🙃 upside down|😇 angel',
  '👍 thumbs up yes|👎 thumbs down no|👏 clap|🙌 hooray hands|🙏 thanks pray namaste|🤝 handshake deal|👋 wave hello bye|✌️ peace victory|🤞 fingers crossed luck|👌 ok|💪 strong muscle|🫶 heart hands|👀 eyes look|🧠 brain|👶 baby|🧑‍💻 coder work|🤷 shrug|🤦 facepalm|🙋 raise hand|🚶 walk',
  '❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|✨ sparkles|⭐ star|🔥 fire hot|💯 hundred|✅ done check|❌ no cross|❓ question|❗ important|💤 sleep|💬 talk|🎉 party tada|🎂 cake birthday',
  '🐶 dog|🐱 cat|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🐵 monkey|🦄 unicorn|🐝 bee|🦋 butterfly|🌸 blossom flower|🌻 sunflower|🌳 tree|🌈 rainbow|☀️ sun|🌙 moon|⛅ cloud|🌧️ rain|❄️ snow|🌊 wave sea',
  '☕ coffee|🍵 tea chai|🍺 beer|🍷 wine|🍎 apple|🥭 mango|🍌 banana|🍓 strawberry|🥑 avocado|🍞 bread|🧀 cheese|🍕 pizza|🍔 burger|🌮 taco|🍜 noodles|🍛 curry rice|🍣 sushi|🍫 chocolate|🍪 cookie|🍦 ice cream',
  '🚗 car|🚆 train|✈️ plane flight|🚀 rocket ship|🚲 bike|🏠 home house|🏢 office|⏰ alarm time|📅 calendar date|📌 pin|📎 clip|✏️ pencil|📝 note|💡 idea light|🔑 key|🔒 lock|💻 laptop|📱 phone|🎧 music headphones|🎮 game|⚽ football|🏏 cricket|🏆 trophy win|🎁 gift|💰 money|🛒 cart shop|🧪 test|🐛 bug',
];

/** One emoji, and what it is called. */
export interface Emoji {
  sign: string;
  words: string;
}

/** All of them, in groups that belong together. */
export const emojiGroups: readonly (readonly Emoji[])[] = groups.map((line) =>
  line.split('|').map((entry) => {
    const [sign = '', ...words] = entry.split(' ');
    return { sign, words: words.join(' ') };
  }),
);
