//! What an operator lives with: figures, traces, draining, too much at once.

mod drain;
mod figures;
mod overload;
mod traces;
