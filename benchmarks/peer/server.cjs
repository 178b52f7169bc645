// Starts the peer (@aws-amplify/amplify-appsync-simulator) on the API of ../api.
//   PORT       loopback port to listen on
//   API_KEY    the key that clients send
//   PEER_ROOT  folder that holds node_modules
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

// The peer listens on every interface; keep the measurement on loopback.
const net = require('net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...a) {
  if (typeof a[0] === 'number' && typeof a[1] !== 'string') a.splice(1, 0, '127.0.0.1');
  return listen.apply(this, a);
};

const root = createRequire(path.join(path.resolve(process.env.PEER_ROOT), 'x.js'));
const { AmplifyAppSyncSimulator } = root('@aws-amplify/amplify-appsync-simulator');
const read = (...names) => fs.readFileSync(path.join(__dirname, ...names), 'utf8');
const item = (id) => ({ id, name: `Item ${id}`, price: 9.5, quantity: 3, tag: 'blue' });

const invoke = async ({ field, arguments: args }) => {
  if (field === 'getItem') return item(args.id);
  if (field === 'listItems') return Array.from({ length: args.count }, (_, i) => item(String(i)));
  throw new Error(`unknown field ${field}`);
};

const unit = (typeName, fieldName, dataSourceName) => ({
  kind: 'UNIT', typeName, fieldName, dataSourceName,
  requestMappingTemplateLocation: `${fieldName}.req.vtl`,
  responseMappingTemplateLocation: 'result.res.vtl',
});

const templates = ['hello.req.vtl', 'getItem.req.vtl', 'listItems.req.vtl', 'publish.req.vtl', 'result.res.vtl'];
const simulator = new AmplifyAppSyncSimulator({ port: Number(process.env.PORT) });
simulator.init({
  schema: { path: 'schema.graphql', content: read('..', 'api', 'schema.graphql') },
  mappingTemplates: templates.map((name) => ({ path: name, content: read('templates', name) })),
  dataSources: [
    { type: 'NONE', name: 'none' },
    { type: 'AWS_LAMBDA', name: 'fn', invoke },
  ],
  resolvers: [
    unit('Query', 'hello', 'none'),
    unit('Query', 'getItem', 'fn'),
    unit('Query', 'listItems', 'fn'),
    unit('Mutation', 'publish', 'none'),
  ],
  appSync: {
    name: 'bench',
    defaultAuthenticationType: { authenticationType: 'API_KEY' },
    apiKey: process.env.API_KEY,
    additionalAuthenticationProviders: [],
  },
});
simulator.start().then(() => console.log(`listening ${process.env.PORT}`));
process.on('SIGTERM', () => process.exit(0));
