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

#[cfg(test)]
impl Rule {
    /// Every rule.
    pub(crate) const ALL: [Self; 38] = [
        Self::UpdateTestsWrite,
        Self::UpdateTestsShare,
        Self::DeleteTestsWrite,
        Self::DeleteTestsShare,
        Self::DeleteTestsKeyShare,
        Self::InsertTestsWrite,
        Self::ForUpdateTestsKeyShare,
        Self::ForNoKeyUpdateTestsShare,
        Self::ForShareTestsWrite,
        Self::ForKeyShareTestsKeyWrite,
        Self::BlindTestsNothing,
        Self::DeleteLeavesKeyWrite,
        Self::BlindLeavesWrite,
        Self::ChecksLeaveStamps,
        Self::ChecksAreRebuilt,
        Self::SchemaKeysAreTested,
        Self::SchemaKeysLeaveStamps,
        Self::SchemaKeysAreRebuilt,
        Self::StampsAreSetBeforeDurable,
        Self::RefusedStampsAreTakenBack,
        Self::CommitAboveFloor,
        Self::CommitAboveSnapshot,
        Self::CloseRaisesFloor,
        Self::CeilingBeforePromise,
        Self::NewFloorAboveOldCeiling,
        Self::EpochIsChecked,
        Self::OutcomesAreRemembered,
        Self::OutcomesAreRebuilt,
        Self::TombstonesBar,
        Self::RangesSeeInserts,
        Self::RangesSeeBlindWrites,
        Self::RangesSeeDeletes,
        Self::RangesAreRebuilt,
        Self::HorizonRefuses,
        Self::HorizonIsTheLastCommitOutside,
        Self::QuotaRaisesHorizon,
        Self::RangeQuotaRaisesHorizon,
        Self::FutureIsRefused,
    ];
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
