#!/usr/bin/env node
// Package managers link this file at installation, when there is no build yet.
import "../dist/cli/main.js";
