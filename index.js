// For process managers that are pointed at a file: `pm2 start index.js --name chat-app`. The same as `npm start`.
import './scripts/start.mjs';
