//! The sheet reader as a program of its own, for this crate's tests: what `dure parse-sheet` does.

fn main() -> anyhow::Result<()> {
    voucher::sheet::child_main()
}
