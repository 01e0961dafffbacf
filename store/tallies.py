"""What is counted each day: every measure by name, with its day, its dimensions and its bins.

measure               day                bin                                     n / amount          dimensions
csat, nps, ces        of the answer      "scale:score", e.g. "1-5:4"             answers             area, channel, segment
surveys_sent          sent               "csat:answered", "csat:waiting", ...    surveys             area, channel, segment
tickets               opened             kind: "problem", "question", "request", "not said"          area, channel, segment
tickets_reopened      opened             "yes", "no" (where the source says)     tickets             area, channel, segment
tickets_within_target opened             "yes", "no" (where the source says)     tickets             area, channel, segment
first_reply           of the reply       histogram bin of seconds                tickets             area, channel, segment
resolution            of the solve       histogram bin of seconds                tickets             area, channel, segment
waiting               opened             "no reply", "not solved"                tickets still so    area, channel, segment
problem_tickets       opened             "linked", "not linked"                  tickets (kind problem or not said)  area, channel, segment
subscription_started  first day          ""                                      contracts / mrr     segment, plan
subscription_ended    first day without  started_on                              contracts / mrr     segment, plan
customer_started      first day          "new", "reactivated"                    customers / mrr     segment, plan
customer_ended        first day without  started_on                              customers / mrr     segment, plan
employment_started    first day          ""                                      people              team
employment_ended      first day without  "left_how" or "not said"                people              team
purchases             of the order       "previous|one before" order days, "" = none  purchases / amount  segment, plan
repeat_cohort         of the FIRST order days until the second, or "none"        customers           segment, plan

All of it adds up, over days and over shards (shards of customers). `customer_*` are made of contracts where there
are any, else of the customer's own dates; a gap of at most `grace_days` is no end.
"""
