import { chatMethods } from './chat.js';
import { conversationMethods } from './conversations.js';
import type { Methods } from './method.js';
import { peopleMethods } from './people.js';
import { viewMethods } from './view-methods.js';

/** Every Web API method that the local Slack speaks; any other is `unknown_method`. */
export const METHODS: Methods = { ...chatMethods, ...conversationMethods, ...peopleMethods, ...viewMethods };
