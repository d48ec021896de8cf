// Before the first paint, so that a chosen theme, language or direction never flashes. Not a module: those come later.
try {
  const { theme, language } = JSON.parse(localStorage.getItem('parley:preferences') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (typeof language === 'string') document.documentElement.lang = language;
} catch {
  // Without a readable preference the system's own applies.
}
