#!/usr/bin/env node
// Tracked, and not built, because npm makes the link to a command before it has anything built.
require("../../dist/cli/main.js");
