"""No topic, answer or prompt crowds out the others."""

from tunespec import expect, pitfall


@pitfall("D006", severity="warning")
def test_unbalanced_data(
    records,
    *,
    topics: float = 0.7,
    labels: float = 0.8,
    refusals: float = 0.35,
    prompts: float = 0.1,
    distinct: float = 0.15,
    least: int = 30,
):
    """One topic, one label, one kind of answer or one prompt makes up most of a split.

    Problem:
        A model learns how often things are as well as what they are: with nine refunds to one delivery it answers
        questions about a delivery as if they were about a refund, with 95 % of one label it always says that label,
        and with some fixed prompts over and over it answers everything as it answers those.

    Prevention:
        Count topics and labels before training. Collect more of the rare ones, or take fewer of the frequent one;
        sample by topic where sources differ in size.

    Fix:
        The finding names the offender, its share and its limit. Thin it out, add others, or, if the share is that of
        the real task, switch the kind off under `[tool.tunespec.ignore]` with this reason.

    Thresholds:
        topics: share of a split that one topic (a metadata column, or a subject that the prompts name) may have where
            there are three or more; 0.7, more than twice an even share. With two, `labels` counts
        labels: share that one of the labels of a classification set may have; 0.8, from where Google's guide calls the
            imbalance of the others moderate to extreme (a minority class below 20 %)
        refusals: share of refusals among the answers; 0.35, far above what safety sets mix in
        prompts: share of records that may have one and the same prompt; 0.1
        distinct: share of distinct prompts below which they are a fixed cycle; 0.15, seven records for each prompt
        least: records from which a split is judged; 30, since in fewer a share is chance

    Kinds:
        topic_share: {value} | a value of topic, category, task or another such column | the other topics are learnt as
            exceptions
        subject_share: {value} | a subject that the prompts name, where the others are about something else altogether |
            the model answers everything as if it were about this
        label_share: {value} | a short answer that most records share | the model answers with it whatever is asked
        refusal_share: {value} | "I'm sorry, but I can't" | the model refuses what it could do
        prompt_share: {value} | one prompt again and again, or some in rotation | its answers are learnt by heart

    Sources:
        Google, Machine Learning Guides: Imbalanced data (degree of imbalance: mild 20-40 %, moderate 1-20 %, extreme
        below 1 % of the minority class); Bianchi et al., Safety-Tuned LLaMAs (2023): a few per cent of safety examples
        suffice, more make the model refuse safe prompts.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="topic_share"),
        expect.ExpectColumnValuesToBeNull(column="subject_share"),
        expect.ExpectColumnValuesToBeNull(column="label_share"),
        expect.ExpectColumnValuesToBeNull(column="refusal_share"),
        expect.ExpectColumnValuesToBeNull(column="prompt_share"),
    ]
