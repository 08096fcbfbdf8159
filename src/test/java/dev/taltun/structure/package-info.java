/**
 * The rules that hold the code base together, written as tests: who may use whom, and who may use
 * what.
 */
package dev.taltun.structure;
