/** Each node has a bundle of its own, so that a word from one dialog to the next has to lie in the page. */

/** Makes the next dialog of `user-sync` open at this tab. */
export function showTabNext(tab: string): void {
  document.body.dataset.userSyncTab = tab;
}

export function takeTabToShow(): string | undefined {
  const { userSyncTab } = document.body.dataset;
  delete document.body.dataset.userSyncTab;
  return userSyncTab;
}
