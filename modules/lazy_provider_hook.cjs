// Required by node before jsii starts (see modules/aws.py). The provider's package ships lib/lazy-index.js beside
// its eager lib/index.js; serve that one, so that only the resource classes in use are loaded.
'use strict';
const Module = require('module');

const EAGER = /(\/@cdktf\/provider-aws\/lib\/)index\.js$/;
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  return resolveFilename.apply(this, request).replace(EAGER, '$1lazy-index.js');
};
