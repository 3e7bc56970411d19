//! The test double of MongoDB with search, and what it promises: the contract tests also run against a real
//! deployment where `MCPGW_TEST_ATLAS_URI` names one.

mod cases;
mod contract;
mod double;
mod fixture;
