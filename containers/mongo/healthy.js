// For mongosh: whether this member is one of a set that works. The server that makes the first user is in no set yet.
const { setName, isWritablePrimary, secondary } = db.hello();
quit(setName && (isWritablePrimary || secondary) ? 0 : 1);
