/**
 * The control gateway of a node: HTTP and server-sent events over what actors say. It keeps
 * nothing: whatever it answers it has just asked for.
 */
package io.winnow.actors.gateway;
