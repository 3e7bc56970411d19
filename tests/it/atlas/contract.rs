//! Requests and their answers, the same on the double and on a real deployment.
