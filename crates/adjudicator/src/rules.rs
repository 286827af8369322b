//! The rules that the decision rests on, by name. In a test build one of them can be switched off,
//! to prove that the tests notice (`proving::mutants`); otherwise all hold and the question costs
//! nothing.

/// A rule whose absence some test must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    UpdateTestsWrite,
    UpdateTestsShare,
    DeleteTestsWrite,
    DeleteTestsShare,
    DeleteTestsKeyShare,
    InsertTestsWrite,
    ForUpdateTestsKeyShare,
    ForNoKeyUpdateTestsShare,
    ForShareTestsWrite,
    ForKeyShareTestsKeyWrite,
    BlindTestsNothing,
    DeleteLeavesKeyWrite,
    BlindLeavesWrite,
    ChecksLeaveStamps,
    ChecksAreRebuilt,
    SchemaKeysAreTested,
    SchemaKeysLeaveStamps,
    SchemaKeysAreRebuilt,
    StampsAreSetBeforeDurable,
    RefusedStampsAreTakenBack,
    CommitAboveFloor,
    CommitAboveSnapshot,
    CloseRaisesFloor,
    CeilingBeforePromise,
    NewFloorAboveOldCeiling,
    EpochIsChecked,
    OutcomesAreRemembered,
    OutcomesAreRebuilt,
    TombstonesBar,
    RangesSeeInserts,
    RangesSeeBlindWrites,
    RangesSeeDeletes,
    RangesAreRebuilt,
    HorizonRefuses,
    HorizonIsTheLastCommitOutside,
    QuotaRaisesHorizon,
    RangeQuotaRaisesHorizon,
    FutureIsRefused,
}

/// Which rules hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    #[cfg(test)]
    off: Option<Rule>,
}

impl Rules {
    /// All but `rule`.
    #[cfg(test)]
    pub(crate) fn without(rule: Rule) -> Self {
        Self { off: Some(rule) }
    }

    /// Whether `rule` holds.
    #[cfg(not(test))]
    #[inline(always)]
    pub(crate) fn hold(self, _rule: Rule) -> bool {
        true
    }

    /// Whether `rule` holds.
    #[cfg(test)]
    pub(crate) fn hold(self, rule: Rule) -> bool {
        self.off != Some(rule)
    }
}
